dnl SPDX-License-Identifier: Apache-2.0
dnl
dnl Flags that not every compiler knows are tried one by one; those that it
dnl refuses, or only warns about, are left out.

dnl EK_CC_FLAG(VAR, FLAG): adds FLAG to VAR if the compiler takes it.
AC_DEFUN([EK_CC_FLAG], [
	AC_MSG_CHECKING([whether $CC takes $2])
	ek_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="${$1:+$$1 }$2"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$ek_saved_CFLAGS
])

dnl EK_LINK_FLAG(VAR, FLAG): the same, compiling and linking with FLAG.
AC_DEFUN([EK_LINK_FLAG], [
	AC_MSG_CHECKING([whether $CC links with $2])
	ek_saved_CFLAGS=$CFLAGS
	ek_saved_LDFLAGS=$LDFLAGS
	CFLAGS="$CFLAGS -fPIE"
	LDFLAGS="$LDFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="${$1:+$$1 }$2"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$ek_saved_CFLAGS
	LDFLAGS=$ek_saved_LDFLAGS
])

dnl EK_CC_FLAGS(VAR, FLAGS), EK_LINK_FLAGS(VAR, FLAGS): each of a list.
AC_DEFUN([EK_CC_FLAGS],
	[m4_foreach_w([ek_flag], [$2], [EK_CC_FLAG([$1], m4_defn([ek_flag]))])])
AC_DEFUN([EK_LINK_FLAGS],
	[m4_foreach_w([ek_flag], [$2], [EK_LINK_FLAG([$1], m4_defn([ek_flag]))])])
