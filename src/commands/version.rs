//! `mfaexec --version --verbose`: what a report of a fault needs to know of this program.

use crate::edge::output::print;
use crate::edge::store::keyring;
use crate::edge::system::target;
use crate::error::Result;
use crate::escape::printable;
use crate::model::environment::Environment;
use crate::sign_in::cached::open_cache;

/// Named by who builds: a build script that asked git would run at each build, and make two builds of one
/// source differ.
const COMMIT: Option<&str> = option_env!("MFAEXEC_COMMIT");

pub(crate) fn version(env: &Environment) -> Result<()> {
    let linked = match cfg!(target_feature = "crt-static") {
        true => "static",
        false => "dynamic",
    };
    let build = match cfg!(debug_assertions) {
        true => "debug",
        false => "release",
    };
    let (cache, sessions) = cache(env);
    print(&format!(
        "mfaexec {}\n\
         commit:   {}\n\
         target:   {}\n\
         features: {linked}, {build}\n\
         cache:    {}\n\
         sessions: {}\n",
        env!("CARGO_PKG_VERSION"),
        COMMIT.unwrap_or("unknown; in the sources that it was built from: git rev-parse HEAD"),
        target(),
        printable(&cache),
        printable(&sessions),
    ))
}

/// Where the cache is, and how it keeps sessions.
fn cache(env: &Environment) -> (String, String) {
    let cache = match open_cache(env, None) {
        Ok(cache) => cache,
        Err(error) => return (error.summary(), "not cached".to_owned()),
    };
    let path = cache.path().display().to_string();
    match cache.health() {
        Err(error) => (path, format!("not cached: {}", error.summary())),
        Ok(health) => match health.keyring {
            None => (path, format!("encrypted, with a key in {}", keyring::PLACE)),
            Some(error) => (path, format!("plain files: {}", error.cause)),
        },
    }
}
