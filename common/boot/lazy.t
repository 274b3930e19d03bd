# For prove: the tests of memory that is cleared when it is written.
kernel=$(ls build/kernel/lesson-*.elf | tail -n 1)
exec python3 common/emu/boot.py test "$kernel" --word lazy --cmdline lazy
