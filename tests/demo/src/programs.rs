//! The programs on the stage: mfaexec and local-aws, built now, and someone's AWS CLI.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result, ensure};

/// The programs under test, which cargo puts beside the demo itself.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) mfaexec: PathBuf,
    pub(crate) local_aws: PathBuf,
}

/// Builds the programs. What cargo says about it goes to stderr as it comes.
pub(crate) fn build() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let directory = own_directory()?;
    // The directory has the name of the profile, with one exception.
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let status = Command::new(cargo)
        .args(["build", "--profile", profile])
        .args(["--package", "mfaexec", "--bin", "mfaexec"])
        .args(["--package", "local-aws", "--bin", "local-aws"])
        .current_dir(root)
        .status()?;
    ensure(status.success(), || {
        "cargo could not build mfaexec and local-aws".to_owned()
    })
}

/// Finds the programs as they were built last.
pub(crate) fn find() -> Result<Programs> {
    let directory = own_directory()?;
    let find = |name: &str| {
        let path = directory.join(name);
        if path.is_file() {
            Ok(path)
        } else {
            let directory = directory.display();
            Err(Failure::new(format!("there is no {name} in {directory}")))
        }
    };
    Ok(Programs {
        mfaexec: find("mfaexec")?,
        local_aws: find("local-aws")?,
    })
}

fn own_directory() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let directory = own.parent().map(Path::to_path_buf);
    directory.ok_or_else(|| Failure::new("the demo does not know where it is"))
}

/// The first `aws` on the caller's PATH.
pub(crate) fn system_aws() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join("aws"))
        .find(|program| program.is_file())
}

/// The version that an AWS CLI tells, if it is one that lets AWS_ENDPOINT_URL lead it here: 1.29
/// and 2.13 were the first (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
pub(crate) fn usable_version(said: &str) -> Option<&str> {
    let version = said.split_whitespace().next()?;
    let mut numbers = version.strip_prefix("aws-cli/")?.split('.');
    let mut number = || numbers.next()?.parse::<u32>().ok();
    match (number()?, number()?) {
        (1, minor) if minor < 29 => None,
        (2, minor) if minor < 13 => None,
        (0, _) => None,
        _ => Some(version),
    }
}

#[cfg(test)]
mod tests {
    use super::usable_version;

    #[test]
    fn versions_that_honour_the_endpoint() {
        let v1 = "aws-cli/1.46.3 Python/3.11.7 Linux/6.1 botocore/1.43.62\n";
        assert_eq!(usable_version(v1), Some("aws-cli/1.46.3"));
        assert_eq!(usable_version("aws-cli/2.13.0"), Some("aws-cli/2.13.0"));
        assert_eq!(usable_version("aws-cli/3.0.0"), Some("aws-cli/3.0.0"));
        for old in [
            "aws-cli/1.28.9 Python/3.7",
            "aws-cli/2.12.7",
            "aws 3",
            "",
            "aws-cli/x",
        ] {
            assert_eq!(usable_version(old), None, "{old}");
        }
    }
}
