//! What a `credential_process` prints, and foreign words with secrets in them: keys are read or
//! refused in words that show none of it, and no known secret is shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfaexec::internals::program_output::parse;
use mfaexec::internals::{Form, Secrets};
use secrecy::SecretString;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=";

fuzz_target!(|data: &[u8]| {
    match parse(data) {
        Ok(output) => {
            assert!(!output.access_key_id.is_empty() && !output.secret_access_key.is_empty());
            assert!(output.session_token.is_none_or(|token| !token.is_empty()));
        }
        Err(words) => {
            assert!(words.lines().count() == 1 && words.len() < 200, "{words}");
        }
    }
    assert!(!Form::of(data).in_words().is_empty());
    let text = String::from_utf8_lossy(data);
    let secrets = Secrets::default().with(&[SecretString::from(SECRET)]);
    let shown = secrets.shown(&format!("{text}{SECRET}{text}"));
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.chars().count() <= 1001, "{}", shown.len());
});
