# Interrupts at every instruction of the allocators' calls (common/host/steps.c):
# TAP for prove.  A mistake that is built in must be found.
cd "$(dirname "$0")/../.." || exit 1
said=$("${FAST:-build/fast}/steps") || echo "not ok the program ended badly"
echo "$said" | sed '/^1\.\.[0-9]*$/d'
if ${FAST:-build/fast}/steps --bug | grep -q '^not ok'; then
	echo "ok 37 a call that is not over is found out"
else
	echo "not ok 37 a call that is not over is found out"
fi
echo "1..37"
