# tasuki's completion for fish. Once:
# tasuki completion fish > ~/.config/fish/completions/tasuki.fish
function __tasuki_finds
    set -l before (string replace -r '^~(?=/)' "$HOME" -- (commandline -opc))
    set -l typed (commandline -ct)
    set -l current (string unescape -- "$typed"; or printf '%s\n' "$typed")
    set -g __tasuki_found ($before[1] __complete fish $before[2..-1] "$current" 2>/dev/null)
    test (count $__tasuki_found) -gt 0
end
# Where nothing is found, fish completes files.
complete -c tasuki -n __tasuki_finds -f -a '$__tasuki_found'
