use super::*;

/// The bytes that the instruction set's document gives.
fn bytes(program: Program) -> Vec<u8> {
    program.finish("test").unwrap().iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn instructions_have_the_bytes_of_the_standard() {
    let mut program = Program::new();
    program
        .set(Register::R0, Sum::Mov, 2)
        .set_by(Register::R6, Sum::Mov, Register::R1)
        .set(Register::R4, Sum::Add, -8)
        .load(Width::Four, Register::R2, Register::R1, 4)
        .store(Width::Eight, Register::R10, -16, Register::R7)
        .from_network(Register::R7, 64)
        .map(Register::R2, 5)
        .map_value(Register::R3, 6)
        .set_64(Register::R4, 0x1122_3344_5566_7788)
        .call(12)
        .exit();
    let expected: [[u8; 8]; 14] = [
        [0xb7, 0x00, 0, 0, 2, 0, 0, 0],
        [0xbf, 0x16, 0, 0, 0, 0, 0, 0],
        [0x07, 0x04, 0, 0, 0xf8, 0xff, 0xff, 0xff],
        [0x61, 0x12, 4, 0, 0, 0, 0, 0],
        [0x7b, 0x7a, 0xf0, 0xff, 0, 0, 0, 0],
        [0xdc, 0x07, 0, 0, 64, 0, 0, 0],
        [0x18, 0x12, 0, 0, 5, 0, 0, 0],
        [0x00, 0x00, 0, 0, 0, 0, 0, 0],
        [0x18, 0x23, 0, 0, 6, 0, 0, 0],
        [0x00, 0x00, 0, 0, 0, 0, 0, 0],
        [0x18, 0x04, 0, 0, 0x88, 0x77, 0x66, 0x55],
        [0x00, 0x00, 0, 0, 0x44, 0x33, 0x22, 0x11],
        [0x85, 0x00, 0, 0, 12, 0, 0, 0],
        [0x95, 0x00, 0, 0, 0, 0, 0, 0],
    ];
    assert_eq!(bytes(program), expected.concat());
}

#[test]
fn jumps_count_from_the_next_instruction() {
    let mut program = Program::new();
    let (out, again) = (program.label(), program.label());
    program
        .place(again)
        .jump(When::Equal, Register::R1, 7, out)
        .jump_by(When::Greater, Register::R2, Register::R3, again)
        .set(Register::R0, Sum::Mov, 1)
        .place(out)
        .exit();
    let code = bytes(program);
    assert_eq!(code[..8], [0x15, 0x01, 2, 0, 7, 0, 0, 0]);
    assert_eq!(code[8..16], [0x2d, 0x32, 0xfe, 0xff, 0, 0, 0, 0]);
}

#[test]
fn a_jump_to_nowhere_is_an_error() {
    let mut program = Program::new();
    let nowhere = program.label();
    program.jump(When::NotEqual, Register::R1, 0, nowhere).exit();
    assert!(matches!(program.finish("test"), Err(BpfError::Jump("test"))));
}
