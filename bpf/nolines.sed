# SPDX-License-Identifier: GPL-2.0-only
# LLVM's text without where each instruction stands in the source: nobody reads that at run
# time, and it is two thirds of the object. Types and functions keep theirs: the maps are
# made of them, and functions are verified one by one. So do calls of functions, which LLVM
# wants.
/call void @llvm\.dbg\./d
/^ *#dbg_/d
/^[@!]/b
/^define/b
/ call [^@(]*@cg_/b
s/, !dbg ![0-9]*//
