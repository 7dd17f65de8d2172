# The smallest desktop there is: 512 bytes of real-mode code. Each key paints the whole screen
# in the next of sixteen colours, at once; Enter also says that the task is complete. Over the
# first serial port it speaks the guest's side of the agent's protocol:
#
#   host -> guest   begin <task-id> <base64 goal>
#   guest -> host   ready | begun <task-id> | complete <task-id>
#
# Assemble: as --32 bootsector.asm -o b.o && objcopy -O binary -j .text b.o bootsector.bin
	.code16
	.intel_syntax noprefix
	.set LINE, 0x500		# where a line from the host is kept; free after the BIOS data area
	.set KEYS, 0x41a		# where the BIOS takes the next key from; after it, where it puts one
	.set DATA, 0x7c00		# where the BIOS loads us

start:	xor ax, ax
	mov ds, ax
	mov ss, ax
	mov sp, 0x7c00
	mov byte ptr [LINE+6], ' '
	cld
	mov ax, 0x13			# 320 x 200, 256 colours
	int 0x10
	mov ax, 0xa000
	mov es, ax
	mov bl, 1			# blue first
	call paint
	mov si, offset DATA + ready
	call say

idle:	cli				# a key between the look and the halt would wait for the clock
	mov ax, [KEYS]
	cmp ax, [KEYS+2]
	jne key
	mov dx, 0x3fd
	in al, dx			# a byte from the host?
	test al, 1
	jnz line
	sti				# holds from after the next instruction
	hlt				# until a key, or the clock 18 times a second
	jmp idle

line:	sti
	mov di, LINE			# the whole line comes at once
more:	mov dx, 0x3fd
	in al, dx
	test al, 1
	jz more
	mov dx, 0x3f8
	in al, dx
	mov [di], al
	inc di
	cmp al, '\n'
	jne more
	mov si, offset DATA + begun
	call report
	jmp idle

key:	sti
	xor ax, ax
	int 0x16			# take it
	push ax
	inc bx
	and bl, 15
	call paint
	pop ax
	cmp al, '\r'
	jne idle
	mov si, offset DATA + complete
	call report
	jmp idle

# paint fills the screen with colour BL.
paint:	mov al, bl
	mov ah, al
	xor di, di
	mov cx, 32000
	rep stosw
	ret

# report says the word at SI and the second word of LINE.
report:	call say
	mov si, LINE + 6
task:	lodsb
	cmp al, ' '
	jbe end
	call put
	jmp task
end:	mov al, '\n'

put:	mov ah, al			# sends AL
	mov dx, 0x3fd
full:	in al, dx
	test al, 0x20
	jz full
	mov dx, 0x3f8
	mov al, ah
	out dx, al
	ret

# say sends the text at SI, up to a zero.
say:	lodsb
	test al, al
	jz said
	call put
	jmp say
said:	ret

ready:	.asciz "ready\n"
begun:	.asciz "begun "
complete: .asciz "complete "

	.org 510
	.word 0xaa55
