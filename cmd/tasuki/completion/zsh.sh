#compdef tasuki
# tasuki's completion for zsh. Once: tasuki completion zsh > "${fpath[1]}/_tasuki"
_tasuki() {
	local -a found
	found=("${(@f)$("${words[1]}" __complete zsh "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
	if [[ -n "${found[1]}" ]]; then
		_describe tasuki found
	else
		_files
	fi
}
if [[ "${funcstack[1]}" == _tasuki ]]; then
	_tasuki "$@"
else
	compdef _tasuki tasuki
fi
