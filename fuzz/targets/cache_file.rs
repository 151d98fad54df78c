//! A file of the cache, as anything that someone may have made of it. Only the very bytes that
//! were sealed open, and only under the name that they were sealed for.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mfaexec::internals::{
    CacheKey, KnownDevice, Session, StoredCaller, StoredSession, seal, unseal,
};
use secrecy::ExposeSecret;

const NAME: &str = "0123456789abcdef.session";
const SESSION: &[u8] = br#"{"kind":"mfa_session","access_key_id":"ASIAFUZZ","secret_access_key":"fuzz-secret","session_token":"fuzz-token","expires_at":1800000000,"obtained_at":1790000000,"duration":3600,"account":null,"serial":"GAHT12345678","source_key_id":"AKIAFUZZ","profile":"p"}"#;

static KEY: LazyLock<CacheKey> = LazyLock::new(|| CacheKey::new([7; 32]));
static SEALED: LazyLock<Vec<u8>> =
    LazyLock::new(|| seal(&KEY, NAME, SESSION).expect("random numbers"));

fuzz_target!(|data: &[u8]| {
    // As a whole file.
    assert!(unseal(&KEY, NAME, data).is_none(), "nobody sealed this");

    // As changes of a sealed one: each three bytes are a place and what is added there; what is
    // left over is put behind it, and the second half of a long input takes its end away.
    let mut changed = SEALED.clone();
    for change in data.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % changed.len();
        changed[at] = changed[at].wrapping_add(change[2]);
    }
    changed.extend_from_slice(data.chunks_exact(3).remainder());
    if data.len() > 64 {
        changed.truncate(changed.len().saturating_sub(data.len() - 64));
    }
    let opened = unseal(&KEY, NAME, &changed);
    assert_eq!(opened.is_some(), changed == *SEALED);

    // As what was sealed.
    let sealed = seal(&KEY, NAME, data).expect("random numbers");
    assert_eq!(
        unseal(&KEY, NAME, &sealed).expect("it opens").as_slice(),
        data
    );
    let name = String::from_utf8_lossy(data);
    assert!(name == NAME || unseal(&KEY, &name, &sealed).is_none());
    assert!(unseal(&CacheKey::new([8; 32]), NAME, &sealed).is_none());

    // As the record inside, which is also what a plain file has.
    if let Ok(stored) = serde_json::from_slice::<StoredSession>(data) {
        let session = Session::from(stored);
        let again = serde_json::to_vec(&StoredSession::from(&session)).expect("a record");
        let again = serde_json::from_slice::<StoredSession>(&again).expect("the record again");
        let again = Session::from(again);
        assert_eq!(format!("{session:?}"), format!("{again:?}"));
        let secrets = |session: &Session| {
            let secrets = [&session.secret_access_key, &session.session_token];
            secrets.map(|secret| secret.expose_secret().to_owned())
        };
        assert_eq!(secrets(&session), secrets(&again));
        // Whatever the time is, it can be shown.
        assert!(session.expires_at.to_string().ends_with('Z'));
    }
    drop(serde_json::from_slice::<KnownDevice>(data));
    drop(serde_json::from_slice::<StoredCaller>(data));
});
