# SPDX-License-Identifier: GPL-2.0-only
# The blocks ```console of a guide, each command with what is shown below it. mode=list: "LINE\tCOMMAND"
# of each; mode=shown, nr=N: what the guide shows below command N; mode=answers, nr=N: what is typed there
# at its questions; mode=write, outs=FOLDER: the guide with outs/N in place of what it shows.
/^```console$/ { inside = 1; if (mode == "write") print; next }
inside && /^```$/ { inside = 0; cmd = 0 }
!inside { if (mode == "write") print; next }
/^# / {
	n++
	cmd = n
	if (mode == "list") printf "%d\t%s\n", FNR, substr($0, 3)
	if (mode == "write") {
		print
		while ((getline line < (outs "/" n)) > 0) print line
	}
	next
}
cmd == nr && mode == "shown" { print }
cmd == nr && mode == "answers" && match($0, /\]:( |$)/) { print substr($0, RSTART + 3) }
