# The smallest program that stays: two instructions' worth of nothing. Its
# address space can be looked at from another shell: inf & cat /proc/$!/maps
	.globl _start
	.text
_start:	jmp _start
	.section .note.GNU-stack, "", @progbits
