/**
 * @file
 * Lesson 6: see memm_program.h.
 */
#include "kstring.h"
#include "memm_program.h"

enum memm_status memm_program_load(struct memm         *memm,
                                   struct memm_program *program, uint64_t pid,
                                   uint64_t bytes)
{
	struct memm_program loaded = { .pid = pid, .bytes = bytes };
	uint64_t            code_bytes;
	const void         *code = user_mode_program(&code_bytes);
	void               *block = NULL;
	enum memm_status    status;

	status = memm_user_pages(memm, pid, max_u64(code_bytes, 1),
	                         USER_EXECUTE, &loaded.code);
	if (status == MEMM_OK)
		status = memm_user_allocate(memm, pid, bytes, &block);
	if (status != MEMM_OK)
		return status;
	memcpy(loaded.code, code, code_bytes);
	loaded.block = block;
	*program = loaded;
	return MEMM_OK;
}

bool memm_program_run(const struct memm         *memm,
                      const struct memm_program *program, unsigned char byte,
                      enum user_deed deed, uint64_t address,
                      struct user_end *end)
{
	const struct memm_process *process = memm_find(memm, program->pid);
	struct user_start          start = {
			 .tables = process->map.root,
			 .entry = memm_paddr(memm, program->code),
			 .argument = { memm_paddr(memm, program->block), program->bytes,
		                       byte, address, deed },
	};

	return user_mode_run(&start, end);
}

uint64_t memm_program_wrong(const struct memm_program *program,
                            unsigned char              byte)
{
	uint64_t wrong = 0;

	for (uint64_t i = 0; i < program->bytes; i++)
		wrong += program->block[i] != byte;
	return wrong;
}
