# Replays of lessons 2 to 5 over real and made-up maps: TAP for prove.
cd "$(dirname "$0")/../.." || exit 1
exec python3 lessons/05-merge/replay_check.py
