//! The long-term key: whose it is, how old, who else uses it; and the clock that signs with it.

use crate::error::Error;
use crate::escape::shell_word;
use crate::model::arn::{Arn, user_name};
use crate::model::doctor::check::{Check, Outcome, option};
use crate::model::failure::{REFUSED_OFFSET_SECONDS, clock_in_words};
use crate::model::listed_key::{LastUse, ListedKey};
use crate::model::time::Timestamp;

/// A key is changed after this many days (CIS AWS Foundations Benchmark; IAM's credential report).
const OLD_DAYS: u64 = 90;
const DAY: u64 = 24 * 3600;
/// Seconds that a clock may be off without a word: an answer is under way for a few.
const TOLERATED_OFFSET_SECONDS: u64 = 30;

/// Whose key it is.
pub(crate) fn owner(key: &str, place: &str, arn: &str) -> Check {
    const NAME: &str = "key";
    let is_root = Arn::parse(arn).is_some_and(|arn| arn.resource == "root");
    if is_root {
        return Check::failed(
            NAME,
            format!("{key} is a key of the root user"),
            format!("{arn} may do everything, and no policy binds it"),
            "make a user in IAM, put its key there instead, and delete this one in the console",
        );
    }
    Check::ok(NAME, format!("{key} works and is of {arn} ({place})"))
}

/// `offset` is AWS's clock less this machine's, in seconds; `how` says how to set this one.
pub(crate) fn clock(offset: i64, how: &str) -> Check {
    const NAME: &str = "clock";
    match offset.unsigned_abs() {
        0..TOLERATED_OFFSET_SECONDS => Check::ok(NAME, "this machine's clock is AWS's"),
        REFUSED_OFFSET_SECONDS.. => Check::failed(
            NAME,
            clock_in_words(offset),
            "AWS refuses requests that are more than 15 minutes off",
            how,
        ),
        _ => Check::warning(
            NAME,
            clock_in_words(offset),
            "AWS refuses requests from 15 minutes on, and times that mfaexec shows are off",
            how,
        ),
    }
}

/// The age of a key, by AWS's clock.
pub(crate) fn age(key: &ListedKey, now: Timestamp, profile: Option<&str>) -> Check {
    const NAME: &str = "key_age";
    let Some(created) = key.created else {
        return Check::not_checked(
            NAME,
            format!("the age of {}", key.id),
            "IAM does not say when it was made",
            "look at it in the console: IAM, Users, Security credentials",
        );
    };
    let days = created.until(now) / DAY;
    let age = match days {
        0 => "of today".to_owned(),
        1 => "1 day old".to_owned(),
        days => format!("{days} days old"),
    };
    let what = format!("{} is {age}", key.id);
    match days > OLD_DAYS {
        false => Check::ok(NAME, what),
        true => Check::warning(
            NAME,
            what,
            format!("a key is changed every {OLD_DAYS} days: by then it is in many backups"),
            match profile {
                Some(_) => format!("mfaexec keys rotate{}", option(profile)),
                None => {
                    "make a new one in IAM, and put it where the variables come from".to_owned()
                }
            },
        ),
    }
}

/// Whether there are others that work: each is one more that can be lost.
pub(crate) fn others(
    keys: &[ListedKey],
    own: &str,
    arn: &str,
    profile: Option<&str>,
) -> Option<Check> {
    const NAME: &str = "active_keys";
    let mut others = keys.iter().filter(|key| key.active && key.id != own);
    let other = others.next()?;
    let user = user_name(arn).unwrap_or_default();
    Some(Check::warning(
        NAME,
        format!("the user has another active key, {}", other.id),
        "each active key is one more that can be lost",
        format!(
            "if nothing uses it: mfaexec{} -- aws iam update-access-key --user-name {} \
             --access-key-id {} --status Inactive",
            option(profile),
            shell_word(user),
            shell_word(&other.id)
        ),
    ))
}

/// When a key was used last, for people to see whether that was them.
pub(crate) fn last_use(key: &str, last: &LastUse, is_own: bool, now: Timestamp) -> Check {
    const NAME: &str = "key_last_use";
    let whose = if is_own { "" } else { "the other key, " };
    let Some(at) = last.at else {
        return Check::ok(
            NAME,
            format!("{whose}{key} was never used, as far as IAM knows"),
        );
    };
    let days = at.until(now) / DAY;
    let when = match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    };
    let (service, region) = (&last.service, &last.region);
    Check::ok(
        NAME,
        format!("{whose}{key} was used {when}, for {service} in {region}"),
    )
}

/// A check that a call could not answer.
pub(crate) fn unknown(name: &'static str, what: &str, error: &Error) -> Check {
    let [said, cause, remedy] = error.parts();
    Check::with_problem(
        name,
        Outcome::NotChecked,
        what,
        format!("{said}: {cause}"),
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_old_after_90_days() {
        let key = |created| ListedKey {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            active: true,
            created,
        };
        let now = Timestamp(1_000 * DAY);
        let outcome = |days: u64| {
            let created = Some(Timestamp(now.0 - days * DAY));
            age(&key(created), now, Some("testuser")).outcome
        };
        assert_eq!(outcome(0), Outcome::Ok);
        assert_eq!(outcome(90), Outcome::Ok);
        assert_eq!(outcome(91), Outcome::Warning);
        assert_eq!(age(&key(None), now, None).outcome, Outcome::NotChecked);
        // A clock that is behind makes no key old.
        let to_come = key(Some(Timestamp(now.0 + 5)));
        assert_eq!(age(&to_come, now, None).outcome, Outcome::Ok);
    }

    #[test]
    fn a_clock_is_off_before_aws_minds() {
        let outcome = |offset| clock(offset, "set it").outcome;
        assert_eq!([outcome(0), outcome(29), outcome(-29)], [Outcome::Ok; 3]);
        assert_eq!([outcome(30), outcome(-799)], [Outcome::Warning; 2]);
        assert_eq!([outcome(800), outcome(-100_000)], [Outcome::Failed; 2]);
    }

    #[test]
    fn an_inactive_key_is_no_other_one() {
        let key = |id: &str, active| ListedKey {
            id: id.to_owned(),
            active,
            created: None,
        };
        let arn = "arn:aws:iam::123456789012:user/me";
        let keys = [key("OWN", true), key("OLD", false)];
        assert_eq!(others(&keys, "OWN", arn, Some("me")), None);
        let keys = [key("OWN", true), key("NEW", true)];
        assert!(others(&keys, "OWN", arn, Some("me")).is_some());
    }
}
