//! Digests that stand for what they were made of.

use ring::digest;

/// The SHA-256 of a list of texts, in hexadecimal. Each goes in with its length, so that no two
/// lists run together into the same bytes.
pub(crate) fn digest_of(purpose: &str, parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in std::iter::once(&purpose).chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    hex::encode(context.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_key_do_not_run_together() {
        assert_ne!(digest_of("p", &["ab", "c"]), digest_of("p", &["a", "bc"]));
        assert_ne!(digest_of("p", &["a", ""]), digest_of("p", &["", "a"]));
    }
}
