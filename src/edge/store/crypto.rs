//! Encrypts and authenticates what is kept: AES-256-GCM with a random nonce in front.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::edge::store::keyring::CacheKey;

/// Seals `plain`. The file's name goes in as associated data: a file that was renamed does not
/// open. `None` if the system has no random numbers.
pub fn seal(key: &CacheKey, name: &str, plain: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let mut sealed = Zeroizing::new(plain.to_vec());
    let tag = cipher(key)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(name.as_bytes()),
            &mut sealed[..],
        )
        .ok()?;
    Some([&nonce, sealed.as_slice(), tag.as_ref()].concat())
}

/// Opens what [`seal`] has made with the same key and name; `None` if it is anything else.
pub fn unseal(key: &CacheKey, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let aad = Aad::from(name.as_bytes());
    let length = cipher(key)?
        .open_in_place(nonce, aad, &mut opened)
        .ok()?
        .len();
    opened.truncate(length);
    Some(opened)
}

fn cipher(key: &CacheKey) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, &key[..])
        .ok()
        .map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_name_open_it_unchanged() {
        let (key, other) = (Zeroizing::new([7; 32]), Zeroizing::new([8; 32]));
        let sealed = seal(&key, "name", b"plain").unwrap();
        assert_eq!(unseal(&key, "name", &sealed).unwrap().as_slice(), b"plain");
        assert!(unseal(&other, "name", &sealed).is_none());
        assert!(unseal(&key, "other", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(unseal(&key, "name", &changed).is_none(), "byte {at}");
            assert!(unseal(&key, "name", &sealed[..at]).is_none(), "cut at {at}");
        }
    }
}
