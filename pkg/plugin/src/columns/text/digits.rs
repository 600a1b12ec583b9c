//! Decimal digits.

/// Numbers below this are [`digits`] and leave room for a character behind them.
pub(crate) const SHORT: u32 = 10_000_000;

/// The decimal digits of `number`, which is below 100,000,000, as ASCII from the lowest byte on with zero behind them; and
/// how many there are, 1 to 8. All are found at once, without branches that would depend on the number.
#[inline(always)]
pub(crate) const fn digits(number: u32) -> (u64, usize) {
    let number = number as u64;
    // The first four digits in the lower half, which is the one that is written first.
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // n / 100 = n * 10,486 >> 20 below 10,000; the upper half's bits that get into the lower are cut off.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    // n / 10 = n * 103 >> 10 below 100.
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    let all = tens | ((pairs - tens * 10) << 8);
    // Zero is one digit.
    let zeros = (all | 1 << 56).trailing_zeros() / 8;
    ((all | 0x3030_3030_3030_3030) >> (8 * zeros), 8 - zeros as usize)
}

#[cfg(test)]
mod tests;
