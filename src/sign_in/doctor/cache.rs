//! The cache of sessions: its directory, how it keeps them, who holds a lock, what was left behind.

use crate::edge::lock::lock_holder::Holder;
use crate::edge::store::cache::Cache;
use crate::edge::store::health::Health;
use crate::error::Result;
use crate::model::doctor::check::Check;

pub(crate) fn check(cache: &Result<Cache>) -> Vec<Check> {
    let health = cache
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|cache| Ok((cache.path().display().to_string(), cache.health()?)));
    let (path, health) = match health {
        Ok(found) => found,
        Err(error) => return vec![Check::of_failure("cache", &error)],
    };
    let mut checks = vec![match health.is_there {
        true => Check::ok(
            "cache",
            format!("{path} is yours alone, and can be written"),
        ),
        false => Check::ok("cache", format!("{path} is made by the first sign-in")),
    }];
    checks.push(keyring(&health));
    checks.extend(health.holders.iter().map(|holder| lock(*holder)));
    if health.holders.is_empty() {
        checks.push(Check::ok("lock", "no sign-in is under way"));
    }
    checks.push(match health.leftovers {
        0 => Check::ok("leftovers", "none"),
        number => Check::warning(
            "leftovers",
            format!("files of killed runs: {number}"),
            "a run was killed while it wrote a session",
            "nothing to do: the next sign-in removes them",
        ),
    });
    checks
}

fn keyring(health: &Health) -> Check {
    const NAME: &str = "keyring";
    match &health.keyring {
        None => Check::ok(
            NAME,
            "sessions are encrypted, with a key that only the kernel has",
        ),
        Some(error) => Check::warning(
            NAME,
            "sessions are kept in plain files that only you can read",
            &error.cause,
            error.remedy,
        ),
    }
}

fn lock(holder: Option<Holder>) -> Check {
    let (who, end) = match holder {
        Some(Holder(pid)) => (format!("process {pid}"), format!("kill {pid}")),
        None => ("a process".to_owned(), "end it".to_owned()),
    };
    Check::warning(
        "lock",
        format!("{who} is signing in"),
        "others with the same device wait for it",
        format!("answer the question that it asks, or end it: {end}"),
    )
}
