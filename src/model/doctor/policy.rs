//! Whether the user's policies hold: the key alone must be refused what a session with MFA may do.

use crate::model::arn::account_of_arn;
use crate::model::doctor::check::Check;

const NAME: &str = "policy";

/// What AWS answers to a call that is made to see whether it is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Allowed,
    Refused,
}

/// A call that was tried; no permission where there was no answer that tells.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub(crate) action: &'static str,
    pub(crate) by_key: Option<Permission>,
    /// Without a cached session with MFA it was not tried.
    pub(crate) by_session: Option<Permission>,
}

/// Whether the trust policy of the first role holds: without a code, STS must refuse it.
pub(crate) fn judge_role(role: &str, by_key: Permission, sign_in: &str) -> Check {
    const NAME: &str = "role";
    match by_key {
        Permission::Refused => Check::ok(NAME, format!("the key alone cannot assume {role}")),
        Permission::Allowed => Check::failed(
            NAME,
            format!("the key alone may assume {role}, without a code"),
            "neither the policy of the user nor the trust policy of the role asks for MFA",
            format!(
                "let an administrator give the role the trust policy of: mfaexec policy trust \
                 --principal {}; then: {sign_in} --fresh",
                account_of_arn(role).unwrap_or("ACCOUNT")
            ),
        ),
    }
}

/// What the calls together say. `sign_in` is the command that gets a session.
pub(crate) fn judge(tried: &[Tried], has_session: bool, sign_in: &str) -> Check {
    let which = |wanted: &dyn Fn(&Tried) -> bool| {
        let wanted = tried.iter().filter(|tried| wanted(tried));
        let actions: Vec<&str> = wanted.map(|tried| tried.action).collect();
        (!actions.is_empty()).then(|| actions.join(", "))
    };
    let allowed = which(&|tried| tried.by_key == Some(Permission::Allowed));
    if let Some(actions) = allowed {
        return Check::failed(
            NAME,
            format!("the key alone may call {actions}, without a code"),
            "AWS allowed it to the key, so a stolen key is worth as much as a session",
            "let an administrator give the user the policy of: mfaexec policy deny-without-mfa",
        );
    }
    let Some(refused) = which(&|tried| tried.by_key == Some(Permission::Refused)) else {
        return Check::not_checked(
            NAME,
            "it is not known whether the key alone is refused",
            "AWS gave no answer that tells",
            "try again",
        );
    };
    let holds = which(&|tried| {
        (tried.by_key, tried.by_session) == (Some(Permission::Refused), Some(Permission::Allowed))
    });
    match holds {
        Some(actions) => Check::ok(
            NAME,
            format!("the key alone is refused {actions}, which the session may call"),
        ),
        None if has_session => Check::not_checked(
            NAME,
            format!("the key alone is refused {refused}, and so is the session"),
            "the calls that doctor can try tell nothing about the other actions of the policy",
            "try a call that the session may make, with the key alone: AWS must refuse it",
        ),
        None => Check::not_checked(
            NAME,
            format!("half: the key alone is refused {refused}"),
            "whether a session with MFA may call it is known only with a cached session",
            format!("{sign_in}, then run doctor again"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doctor::check::Outcome;
    use Permission::{Allowed, Refused};

    fn outcome(calls: &[(Option<Permission>, Option<Permission>)], has_session: bool) -> Outcome {
        let tried = calls.iter().map(|(by_key, by_session)| Tried {
            action: "ec2:DescribeRegions",
            by_key: *by_key,
            by_session: *by_session,
        });
        judge(&tried.collect::<Vec<_>>(), has_session, "mfaexec login").outcome
    }

    #[test]
    fn one_call_that_the_key_may_make_is_enough_to_fail() {
        let (yes, no) = (Some(Allowed), Some(Refused));
        assert_eq!(outcome(&[(no, yes), (yes, yes)], true), Outcome::Failed);
        assert_eq!(outcome(&[(no, no), (yes, None)], false), Outcome::Failed);
        assert_eq!(outcome(&[(no, yes), (None, None)], true), Outcome::Ok);
    }

    #[test]
    fn what_tells_nothing_is_not_ok() {
        let no = Some(Refused);
        for (calls, has_session) in [
            (vec![(no, None)], false),
            (vec![(no, no)], true),
            (vec![(None, Some(Allowed))], true),
            (vec![], true),
        ] {
            assert_eq!(
                outcome(&calls, has_session),
                Outcome::NotChecked,
                "{calls:?}"
            );
        }
    }
}
