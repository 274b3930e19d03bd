# The pictures are those of the runs, and the runs those of the lessons: TAP.
exec python3 "$(dirname "$0")/figures.py" --check
