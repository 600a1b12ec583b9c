//! Keeping the compiler from taking away what the verifier needs to see.

use core::arch::asm;

/// `value`, of which the compiler knows nothing afterwards: a bound checked from here on is really checked.
#[inline(always)]
pub fn opaque(mut value: u64) -> u64 {
    // SAFETY: copies a register onto itself.
    unsafe { asm!("{0} = {0}", inout(reg) value, options(pure, nomem, nostack)) };
    value
}

/// Makes the compiler read again what it has read of memory before. A value that it keeps in a register is one of which the
/// verifier has learnt a bit with every comparison: it would follow all that comes after once for each combination of them.
#[inline(always)]
pub fn reread() {
    // SAFETY: copies a register onto itself. Without `nomem` the compiler has to expect any change of memory.
    unsafe { asm!("{0} = {0}", inout(reg) 0_u64 => _, options(nostack)) };
}
