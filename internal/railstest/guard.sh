# Waits for the end of a test process, however it ends, then ends what still runs in its
# folder or was started for it, and removes the folder.
# Input: $1 is the folder, $2 the variable that all who were started for it have, since a
# daemon may be anywhere, and who has another title has no variables; standard input is a
# pipe that is open as long as the test process lives.
read -r _
none=0
while [ $none -lt 2 ]; do # who was being started at the first look is there at the second
  pids=$({
    find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' \( -lname "$1" -o -lname "$1/*" \)
    grep -lasF "$2" /proc/[0-9]*/environ
  } | cut -d/ -f3)
  none=$((none + 1))
  [ -z "$pids" ] || { kill -s KILL $pids; none=0; sleep 0.02; }
done 2>/dev/null
rm -rf "$1"
