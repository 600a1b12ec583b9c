//! Keeping the compiler from taking away what the verifier needs to see.

use core::arch::asm;

/// `value`, of which the compiler knows nothing afterwards: a bound checked from here on is really checked.
#[inline(always)]
pub fn opaque(mut value: u64) -> u64 {
    // SAFETY: copies a register onto itself.
    unsafe { asm!("{0} = {0}", inout(reg) value, options(pure, nomem, nostack)) };
    value
}
