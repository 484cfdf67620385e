# The packed program inside the launcher.
    .section .rodata
    .balign 64
    .globl payload, payload_end
payload:
    .incbin PAYLOAD
payload_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
