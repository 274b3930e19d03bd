# Lines of a file and its own options, as build/compile_commands.json, which
# tells clangd how each file is compiled.  -v directory= -v kernel= -v host=

function text(s) {
	gsub(/["\\]/, "\\\\&", s)
	return "\"" s "\""
}

BEGIN { print "[" }

{
	options = $0
	sub(/^[^ ]* */, "", options)
	compiler = $1 ~ /^common\/host\/|\/replay\.c$/ ? host : kernel
	if (NR > 1)
		print ","
	printf "{ \"directory\": %s, \"file\": %s,\n  \"command\": %s }", \
		text(directory), text($1), \
		text(compiler " " options " -c " $1)
}

END { print "\n]" }
