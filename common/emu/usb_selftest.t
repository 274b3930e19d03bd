# For prove, which runs each test with sh.
exec python3 common/emu/usb_selftest.py
