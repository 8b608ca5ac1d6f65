# Becomes a program whose process id is in a file before it runs.
# Input: $1 is that file, then come the program and its arguments; descriptor 3 keeps
# the guard waiting until the id is written.
echo $$ >"$1" || exit
shift
exec "$@" 3>&-
