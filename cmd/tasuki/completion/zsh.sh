#compdef tasuki
# tasuki's completion for zsh. Once: tasuki completion zsh > "${fpath[1]}/_tasuki"
_tasuki() {
	local -a before found
	local current=$PREFIX
	# What is typed still has its quotes. Nothing of it is run: of what the shell
	# would expand, only ~/ is.
	before=("${(@Q)words[1,CURRENT-1]}")
	before=("${(@)before/#\~\//$HOME/}")
	[[ ${compstate[quote]} == \' ]] || current=${(Q)current}
	found=("${(@f)$("${before[1]}" __complete zsh "${(@)before[2,-1]}" "$current" 2>/dev/null)}")
	if [[ -n "${found[1]}" ]]; then
		_describe tasuki found
	else
		[[ $PREFIX == --*=* ]] && compset -P 1 '*='
		_files
	fi
}
if [[ "${funcstack[1]}" == _tasuki ]]; then
	_tasuki "$@"
else
	compdef _tasuki tasuki
fi
