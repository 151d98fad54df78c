//! The devices of a user, for people and for programs.

use serde_json::json;

use crate::escape::printable;
use crate::model::mfa_device::{Device, DeviceKind, gives_codes};

/// The user's devices, and those that were left over.
pub(crate) struct Listing {
    pub user: String,
    pub devices: Vec<Device>,
    /// Virtual devices of the user's name that no user has; none if IAM may not be asked.
    pub leftovers: Option<Vec<String>>,
    /// Each profile that names a device, with the device.
    pub named: Vec<(String, String)>,
}

struct DeviceRow {
    serial: String,
    kind: DeviceKind,
    profiles: Vec<String>,
    /// None for one that was left over.
    enabled: Option<String>,
}

impl DeviceKind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Hardware => "hardware",
            Self::Fido => "passkey or security key",
        }
    }

    fn in_json(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Hardware => "hardware",
            Self::Fido => "fido",
        }
    }
}

impl DeviceRow {
    fn state(&self) -> &'static str {
        match (&self.enabled, gives_codes(&self.serial)) {
            (None, _) => "left over",
            (Some(_), true) => "gives codes",
            (Some(_), false) => "for the browser",
        }
    }
}

impl Listing {
    fn rows(&self) -> Vec<DeviceRow> {
        let row = |serial: &str, enabled| {
            let profiles = self.named.iter().filter(|(_, device)| device == serial);
            DeviceRow {
                serial: serial.to_owned(),
                kind: DeviceKind::of(serial),
                profiles: profiles.map(|(profile, _)| profile.clone()).collect(),
                enabled,
            }
        };
        let own = self.devices.iter();
        let own = own.map(|device| row(&device.serial, Some(device.enabled.to_string())));
        let left = self.leftovers.iter().flatten();
        own.chain(left.map(|serial| row(serial, None))).collect()
    }

    pub(crate) fn to_text(&self) -> String {
        let rows = self.rows();
        if rows.is_empty() {
            return format!("the user {} has no MFA device\n", printable(&self.user));
        }
        let head = ["DEVICE", "KIND", "STATE", "PROFILES"].map(str::to_owned);
        let cells = rows.iter().map(|row| {
            let profiles = row.profiles.iter().map(|name| printable(name));
            let profiles = profiles.collect::<Vec<_>>().join(", ");
            [
                printable(&row.serial),
                row.kind.in_words().to_owned(),
                row.state().to_owned(),
                if profiles.is_empty() {
                    "-".to_owned()
                } else {
                    profiles
                },
            ]
        });
        let table: Vec<[String; 4]> = std::iter::once(head).chain(cells).collect();
        let width = |column: usize| table.iter().map(|row| row[column].len()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2)];
        let line = |[a, b, c, d]: &[String; 4]| {
            let [wa, wb, wc] = widths;
            format!("{a:wa$}  {b:wb$}  {c:wc$}  {d}\n")
        };
        table.iter().map(line).collect()
    }

    pub(crate) fn to_json(&self) -> String {
        let devices = self.rows().into_iter().map(|row| {
            json!({
                "serial": row.serial,
                "kind": row.kind.in_json(),
                "gives_codes": row.enabled.is_some() && gives_codes(&row.serial),
                "assigned": row.enabled.is_some(),
                "enabled_at": row.enabled,
                "profiles": row.profiles,
            })
        });
        let devices: Vec<_> = devices.collect();
        let complete = self.leftovers.is_some();
        let all = json!({ "user": self.user, "devices": devices, "leftovers_known": complete });
        format!("{all:#}\n")
    }
}
