# Every public name is documented: Doxygen reads the headers, as TAP.
exec python3 "$(dirname "$0")/documented.py"
