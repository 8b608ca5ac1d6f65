# Waits for the end of a test process, however it ends, then stops its server and
# removes the server's folders.
# Input: $1 is the folder, others of it may follow; standard input a pipe that only the test process can write to.
read -r _
for file in "$1"/*.pid; do # poolers
  { read -r pid <"$file"; } 2>/dev/null && kill -TERM "$pid"
done
lock=$1/data/postmaster.pid
if { read -r pid <"$lock"; } 2>/dev/null; then
  kill -QUIT "$pid"
  kill -CONT "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
  n=0
  while [ -e "$lock" ] && [ $n -lt 200 ]; do
    sleep 0.05
    n=$((n + 1))
  done
  [ ! -e "$lock" ] || kill -KILL "$pid"
fi
rm -rf "$@"
