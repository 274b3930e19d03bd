# For tools.sh, with CRLF line ends itself: so each line ends in a comment.
printf '%s\n' "MISTAKE  $0 has CRLF line ends, which sh cannot read." >&2 #
printf '%s\n' "Save your changes, then, in a checkout of git:" >&2 #
printf '%s\n' "  git config core.autocrlf false" >&2 #
printf '%s\n' "  git rm -rq --cached . && git reset --hard" >&2 #
printf '%s\n' "or elsewhere:" >&2 #
printf '%s\n' "  find . -type f -exec grep -Iq . {} \; -exec \\" >&2 #
printf '%s\n' "    sed -i 's/\r\$//' {} +" >&2 #
exit 1 #
