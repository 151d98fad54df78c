//! ARNs: accounts, and the names of users and devices in them.

/// Whether it can be the id of an account.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account in an ARN (`arn:aws:iam::123456789012:mfa/me`), if it has one.
#[must_use]
pub fn account_of_arn(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    is_account(account).then_some(account)
}

/// The name of an IAM user, without the path, from an ARN; `None` for a root user, whom
/// ListMFADevices finds by itself.
#[must_use]
pub fn user_name(arn: &str) -> Option<&str> {
    let (_, user) = arn.split_once(":user/")?;
    user.rsplit('/').next()
}

/// The ARN that a user's virtual device most often has: the user's, with `mfa` for `user` and
/// without the path.
#[must_use]
pub fn guess_device(arn: &str) -> Option<String> {
    let (account, _) = arn.split_once(":user/")?;
    Some(format!("{account}:mfa/{}", user_name(arn)?))
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
