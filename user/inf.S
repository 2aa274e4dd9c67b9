# The smallest program that does not end. To see its address space:
# inf & cat /proc/$!/maps
	.globl _start
	.text
_start:	jmp _start
	.section .note.GNU-stack, "", @progbits
