//! ARNs of roles, users and devices, and account ids (IAM user guide, "IAM identifiers").

/// An ARN taken apart: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// `iam`, `sts`, …
    pub service: &'a str,
    /// Empty for IAM.
    pub region: &'a str,
    /// Twelve digits; empty for what belongs to no account.
    pub account: &'a str,
    /// `role/PATH/NAME`, `user/NAME`, `mfa/NAME`, …
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; none if it has fewer than six parts.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// Path and name of a resource of that kind: `role`, `user`, `mfa` or `u2f`.
    pub(crate) fn path_and_name(&self, kind: &str) -> Option<&'a str> {
        let rest = self.resource.strip_prefix(kind)?.strip_prefix('/')?;
        (!rest.is_empty()).then_some(rest)
    }

    /// The name alone.
    pub(crate) fn name(&self, kind: &str) -> Option<&'a str> {
        self.path_and_name(kind)?.rsplit('/').next()
    }
}

/// Path and name of a role, or the whole text if it is no role's ARN.
pub(crate) fn role_name(arn: &str) -> &str {
    let parsed = Arn::parse(arn);
    let name = parsed.and_then(|arn| arn.path_and_name("role"));
    name.unwrap_or(arn)
}

/// Whether it can be the id of an account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account in an ARN, if it has one.
pub(crate) fn account_of_arn(arn: &str) -> Option<&str> {
    let account = Arn::parse(arn)?.account;
    is_account(account).then_some(account)
}

/// The name of an IAM user, without the path, from an ARN; `None` for a root user, whom
/// ListMFADevices finds by itself.
pub(crate) fn user_name(arn: &str) -> Option<&str> {
    Arn::parse(arn)?.name("user")
}

/// The ARN that a user's virtual device most often has: the user's, with `mfa` for `user` and
/// without the path.
pub(crate) fn guess_device(arn: &str) -> Option<String> {
    let parsed = Arn::parse(arn)?;
    let (partition, account) = (parsed.partition, parsed.account);
    let name = parsed.name("user")?;
    Some(format!("arn:{partition}:iam::{account}:mfa/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_an_arn_only() {
        let account = |arn| account_of_arn(arn);
        assert_eq!(
            account("arn:aws:iam::123456789012:mfa/me"),
            Some("123456789012")
        );
        assert_eq!(
            account("arn:aws-cn:iam::123456789012:mfa/a/me"),
            Some("123456789012")
        );
        assert_eq!(account("GAHT12345678"), None);
        assert_eq!(account("arn:aws:iam::12:mfa/me"), None);
    }

    #[test]
    fn a_guess_drops_the_path() {
        let guess = guess_device("arn:aws:iam::123456789012:user/dev/team/me");
        assert_eq!(guess.as_deref(), Some("arn:aws:iam::123456789012:mfa/me"));
        assert_eq!(guess_device("arn:aws:iam::123456789012:root"), None);
        assert_eq!(user_name("arn:aws:iam::123456789012:user/me"), Some("me"));
    }
}
