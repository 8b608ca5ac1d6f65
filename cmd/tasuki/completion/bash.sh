# tasuki's completion for bash. In ~/.bashrc: source <(tasuki completion bash)
_tasuki() {
	local program=$1 line=${COMP_LINE:0:COMP_POINT} breaks=$COMP_WORDBREAKS raw=-r home word
	local quote=${COMP_WORDS[COMP_CWORD]:0:1}
	printf -v home %q "$HOME"
	line=${line// \~\// $home/}
	[[ $program == \~/* ]] && program=$HOME${program#\~}
	# Behind an open quote bash wants the whole word, as it is.
	case $quote in
	\' | \") breaks='' raw='' ;;
	esac
	COMPREPLY=()
	while IFS= read $raw word; do
		[[ -z $raw && ${COMP_WORDS[COMP_CWORD - 1]} == '=' ]] && word=${word#*=}
		case $quote in
		\') word=${word//\'/\'\\\'\'} ;;
		\")
			word=${word//\\/\\\\}
			word=${word//\"/\\\"}
			word=${word//\$/\\\$}
			word=${word//\`/\\\`}
			;;
		esac
		COMPREPLY+=("$word")
	done < <("$program" __complete bash "$line" "$breaks" 2>/dev/null)
	if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}
complete -o default -F _tasuki tasuki
