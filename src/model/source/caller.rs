//! Who the keys of a source belong to, as GetCallerIdentity tells. Sessions of roles are named after
//! the user: trust policies compare the name with `${aws:username}`, and CloudTrail shows it.

use crate::model::arn::Arn;

/// What permission sets are called as roles (IAM Identity Center user guide).
const PERMISSION_SET: &str = "AWSReservedSSO_";

/// Whose the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No one has asked yet.
    Unknown,
    /// Someone who has no name that stays the same: the root user, a role of a machine.
    Nameless,
    User(String),
}

impl Caller {
    /// The caller with this ARN. The session of a permission set is called like its user; other
    /// sessions of roles have the name that a program gave.
    pub(crate) fn of_arn(arn: &str) -> Self {
        let Some(arn) = Arn::parse(arn) else {
            return Self::Nameless;
        };
        let of_permission_set = || {
            let session = arn.path_and_name("assumed-role")?;
            let user = session.strip_prefix(PERMISSION_SET)?.split_once('/')?.1;
            Some(user).filter(|user| !user.is_empty())
        };
        let name = arn.name("user").or_else(|| arn.name("federated-user"));
        match name.or_else(of_permission_set) {
            Some(name) => Self::User(name.to_owned()),
            None => Self::Nameless,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_a_name_and_roles_of_machines_have_none() {
        let of = |rest: &str| Caller::of_arn(&format!("arn:aws:iam::123456789012:{rest}"));
        let user = |name: &str| Caller::User(name.to_owned());
        assert_eq!(of("user/testuser"), user("testuser"));
        assert_eq!(of("user/dev/team/me"), user("me"));
        assert_eq!(of("federated-user/me"), user("me"));
        let session = "assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me@example.com";
        assert_eq!(of(session), user("me@example.com"));
        for nameless in ["root", "assumed-role/web/i-0123456789abcdef0", "user/"] {
            assert_eq!(of(nameless), Caller::Nameless, "{nameless}");
        }
        assert_eq!(Caller::of_arn("testuser"), Caller::Nameless);
    }
}
