//! The cache as a whole: what is in it, and what is of no use any more. One bad file is no reason to
//! call the others lost.

use crate::edge::clock::moment;
use crate::edge::lock::leftovers;
use crate::edge::private_dir::trust::FileIdentity;
use crate::edge::private_dir::{PrivateDir, TEMPORARY};
use crate::edge::store::opener::{About, Opened, Opener, Read};
use crate::edge::store::plain_notice::NOTICE;
use crate::edge::store::record::StoredSession;
use crate::edge::system::boot;
use crate::error::{Error, Result};
use crate::model::session::one_time_code::Moment;
use crate::model::session::validate::check_cached;
use crate::model::session::{MAX_DURATION, Session};
use crate::model::time::Timestamp;

/// Seconds that an ended session is kept, to tell when it ended.
const ENDED_KEPT_SECONDS: u64 = 24 * 3600;
/// Seconds after which a file that cannot be opened here is noise: the one who has its key has no use
/// for it any more, as the longest session that it can hold ended a day ago.
const UNREADABLE_SECONDS: u64 = MAX_DURATION + ENDED_KEPT_SECONDS;

/// What [`clear_all`] took away.
#[derive(Debug, Default)]
pub struct Cleared {
    /// The sessions that could be read.
    pub sessions: Vec<Session>,
    /// The number of all other files.
    pub others: usize,
    /// Why others are still there.
    pub left: Vec<Error>,
}

#[derive(Debug, Default)]
pub struct Found {
    /// The sessions, ended ones included.
    pub sessions: Vec<Kept>,
    /// The files that should have held one, and cannot be trusted or read.
    pub unusable: Vec<Error>,
    /// The files that are broken.
    broken: Vec<(String, FileIdentity)>,
}

#[derive(Debug)]
pub struct Kept {
    pub session: Session,
    /// Whether only `--cache plain` uses it, as it is in a plain file, and there is a keyring.
    pub for_plain_only: bool,
    pub(crate) name: String,
    pub(crate) seen: FileIdentity,
    provisional: bool,
}

impl Kept {
    /// What identifies the session: the beginning of its file's name.
    pub(crate) fn id(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }
}

/// All sessions that can be opened.
///
/// # Errors
/// The directory cannot be read.
pub(crate) fn all(dir: &PrivateDir, opener: &Opener, now: Timestamp) -> Result<Found> {
    let mut found = Found::default();
    for name in dir.names(About::Session.suffix())? {
        if !opener.can_open(&name) {
            continue;
        }
        match opener.read::<StoredSession>(dir, &name) {
            Ok(Read::Nothing) => {}
            Ok(Read::Broken(seen)) => found.broken.push((name, seen)),
            Ok(Read::Record(opened)) => found.sessions.extend(kept(name, opened, opener, now)),
            Err(error) => found.unusable.push(error),
        }
    }
    Ok(found)
}

fn kept(
    name: String,
    opened: Opened<StoredSession>,
    opener: &Opener,
    now: Timestamp,
) -> Option<Kept> {
    let session = usable(opened.record.into(), now)?;
    Some(Kept {
        session,
        for_plain_only: opened.plain && opener.has_key(),
        name,
        seen: opened.seen,
        provisional: opened.provisional,
    })
}

/// A session that is what it can be. Where the clock is what is wrong, its file is good again as soon
/// as that is put right; so it stays in any case.
pub(crate) fn usable(session: Session, now: Timestamp) -> Option<Session> {
    match check_cached(&session, now) {
        Ok(()) => {
            let now = Moment {
                wall: now,
                ..moment()
            };
            let aws_is_ahead = session.clock.ahead(session.obtained_at, now, boot);
            Some(Session {
                aws_is_ahead,
                ..session
            })
        }
        Err(reason) => {
            log::info!("a session in the cache cannot be used: {reason}");
            None
        }
    }
}

/// Takes away what is of no use any more: sessions that ended more than a day ago, noise, what killed
/// runs were writing, and, if `sealed` says that the keyring is back, what was kept plain while it
/// refused. That is not sealed now: nothing vouches for what a plain file says.
pub(crate) fn tidy(dir: &PrivateDir, opener: &Opener, sealed: bool, now: Timestamp) {
    let found = all(dir, opener, now).unwrap_or_default();
    let ended = |kept: &Kept| kept.session.expires_at.until(now) > ENDED_KEPT_SECONDS;
    let over = |kept: &Kept| ended(kept) || sealed && kept.provisional;
    let over = found.sessions.into_iter().filter(over);
    let mut useless: Vec<(String, FileIdentity)> =
        over.map(|kept| (kept.name, kept.seen)).collect();
    useless.extend(found.broken);
    for name in dir.names("").unwrap_or_default() {
        if About::of(&name).is_some()
            && !opener.can_open(&name)
            && let Some(seen) = dir
                .look(&name)
                .filter(|seen| seen.age(now.0) > UNREADABLE_SECONDS)
        {
            useless.push((name, seen));
        }
    }
    remove(dir, &useless);
    dir.sweep(now.0);
    leftovers::sweep(dir, now.0);
}

/// Takes away what was found to be broken.
pub(crate) fn remove_broken(dir: &PrivateDir, found: &Found) {
    if !found.broken.is_empty() {
        remove(dir, &found.broken);
    }
}

/// Takes files away, the very ones that were looked at.
pub(crate) fn remove(dir: &PrivateDir, files: &[(String, FileIdentity)]) {
    let _changing = dir.changing();
    for (name, seen) in files {
        match dir.remove_seen(name, seen) {
            Ok(removed) => log::debug!("{name} is of no use any more; removed: {removed}"),
            // It is of no use wherever it is.
            Err(error) => log::debug!("{}", error.summary()),
        }
    }
}

/// Takes away all but the locks that someone holds. To be called while no one else changes the directory.
///
/// # Errors
/// The directory cannot be read.
pub(crate) fn clear_all(dir: &PrivateDir, opener: &Opener, now: Timestamp) -> Result<Cleared> {
    let found = all(dir, opener, now)?;
    let (mut removed, mut left) = (0_usize, Vec::new());
    for name in dir.names("")? {
        let ours = About::of(&name).is_some() || name == NOTICE || name.starts_with(TEMPORARY);
        match ours.then(|| dir.remove(&name)) {
            Some(Ok(true)) => removed += 1,
            Some(Err(error)) => left.push(error),
            Some(Ok(false)) | None => {}
        }
    }
    leftovers::clear(dir, now.0);
    let sessions: Vec<_> = found
        .sessions
        .into_iter()
        .map(|kept| kept.session)
        .collect();
    let others = removed.saturating_sub(sessions.len());
    Ok(Cleared {
        sessions,
        others,
        left,
    })
}
