# tasuki's completion for fish. Once:
# tasuki completion fish > ~/.config/fish/completions/tasuki.fish
function __tasuki_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] __complete fish $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c tasuki -f -a '(__tasuki_complete)'
