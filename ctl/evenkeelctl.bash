# SPDX-License-Identifier: Apache-2.0
# bash completion for evenkeelctl: the program itself knows its verbs and options.

_evenkeelctl()
{
	local words=() word i
	local IFS=$'\n'

	COMPREPLY=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--json | --csv) [ "$i" -lt "$COMP_CWORD" ] && [ ${#words[@]} -eq 0 ] && continue ;;
		--host | --port | --timeout | --token-file)
			if [ ${#words[@]} -eq 0 ] && [ $((i + 1)) -eq "$COMP_CWORD" ]; then
				[ "$word" = --token-file ] &&
					COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
				return
			fi
			[ ${#words[@]} -eq 0 ] && { i=$((i + 1)); continue; } ;;
		esac
		words+=("$word")
	done
	COMPREPLY=($("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null))
	if [ ${#words[@]} -eq 1 ]; then
		COMPREPLY+=($(compgen -W $'--host\n--port\n--token-file\n--json\n--csv\n--timeout\n--help\n--version' \
			-- "${words[0]}"))
	fi
}

complete -F _evenkeelctl evenkeelctl
