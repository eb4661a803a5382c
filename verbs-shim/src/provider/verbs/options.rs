//! [`VerbsOptions`]: which library, device, port and address to use.

use std::env;
use std::ffi::{OsStr, OsString};

use crate::error::OpenError;

/// Which library, device, port and GID the provider uses. By default it finds out for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerbsOptions {
    /// The file of libibverbs; by default `libibverbs.so.1` where the system keeps it.
    pub library: Option<OsString>,
    /// The name of the device; by default the first one that has a usable port.
    pub device: Option<String>,
    /// The number of the port, counted from 1; by default the first one that is usable.
    pub port: Option<u8>,
    /// The index of the address in the port's GID table; by default the best one, which is RoCE v2
    /// with IPv4 where there is one. On InfiniBand an index given here turns on global routing.
    pub gid_index: Option<u8>,
}

impl VerbsOptions {
    /// Names the library file.
    pub const LIBRARY: &'static str = "PANGEA_VERBS_LIBRARY";
    /// Names the device.
    pub const DEVICE: &'static str = "PANGEA_VERBS_DEVICE";
    /// The number of the port.
    pub const PORT: &'static str = "PANGEA_VERBS_PORT";
    /// The index of the GID.
    pub const GID_INDEX: &'static str = "PANGEA_VERBS_GID_INDEX";

    /// Reads the environment variables `PANGEA_VERBS_LIBRARY`, `PANGEA_VERBS_DEVICE`,
    /// `PANGEA_VERBS_PORT` and `PANGEA_VERBS_GID_INDEX`. One that is missing or empty leaves the
    /// default.
    ///
    /// # Errors
    /// [`OpenError::BadOption`] for a value that makes no sense.
    pub fn from_env() -> Result<VerbsOptions, OpenError> {
        VerbsOptions::from_lookup(env::var_os)
    }

    fn from_lookup(
        lookup: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<VerbsOptions, OpenError> {
        let get = |name| lookup(name).filter(|value| !value.is_empty());
        let device = get(VerbsOptions::DEVICE)
            .map(|value| {
                value.into_string().map_err(|value| {
                    bad(VerbsOptions::DEVICE, &value, "the name of a device, such as mlx5_0")
                })
            })
            .transpose()?;
        Ok(VerbsOptions {
            library: get(VerbsOptions::LIBRARY),
            device,
            port: number(&get, VerbsOptions::PORT, 1, "the number of a port, 1 to 255")?,
            gid_index: number(
                &get,
                VerbsOptions::GID_INDEX,
                0,
                "an index of the port's GID table, 0 to 255",
            )?,
        })
    }
}

fn number(
    get: &impl Fn(&'static str) -> Option<OsString>,
    name: &'static str,
    least: u8,
    wanted: &'static str,
) -> Result<Option<u8>, OpenError> {
    let Some(value) = get(name) else { return Ok(None) };
    match value.to_str().and_then(|text| text.trim().parse::<u8>().ok()) {
        Some(number) if number >= least => Ok(Some(number)),
        _ => Err(bad(name, &value, wanted)),
    }
}

fn bad(variable: &'static str, value: &OsStr, wanted: &'static str) -> OpenError {
    OpenError::BadOption { variable, value: value.to_string_lossy().into_owned(), wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&'static str, &str)]) -> Result<VerbsOptions, OpenError> {
        VerbsOptions::from_lookup(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn variables_are_read_and_empty_ones_are_not() {
        assert_eq!(parse(&[]).unwrap(), VerbsOptions::default());
        assert_eq!(parse(&[("PANGEA_VERBS_PORT", "")]).unwrap(), VerbsOptions::default());
        let all = parse(&[
            ("PANGEA_VERBS_LIBRARY", "/somewhere/lib.so"),
            ("PANGEA_VERBS_DEVICE", "rxe0"),
            ("PANGEA_VERBS_PORT", "2"),
            ("PANGEA_VERBS_GID_INDEX", "0"),
        ]);
        let expected = VerbsOptions {
            library: Some("/somewhere/lib.so".into()),
            device: Some("rxe0".to_owned()),
            port: Some(2),
            gid_index: Some(0),
        };
        assert_eq!(all.unwrap(), expected);
    }

    #[test]
    fn nonsense_is_named() {
        for (name, value) in [
            ("PANGEA_VERBS_PORT", "0"),
            ("PANGEA_VERBS_PORT", "256"),
            ("PANGEA_VERBS_PORT", "one"),
            ("PANGEA_VERBS_GID_INDEX", "-1"),
            ("PANGEA_VERBS_GID_INDEX", "1x"),
        ] {
            let message = parse(&[(name, value)]).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains(value), "{message}");
        }
    }
}
