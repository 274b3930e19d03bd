/**
 * @file
 * All that a Linux needs to run bench_linux.ko: the first process, which loads
 * the module and powers off.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	int module = open("/bench_linux.ko", O_RDONLY | O_CLOEXEC);

	if (module < 0 || syscall(SYS_finit_module, module, "", 0) != 0)
		perror("bench_linux.ko");
	reboot(RB_POWER_OFF);
	return 1;
}
