//! [`ViewSetting`]: whether views map the homes' memory or keep copies, as the environment wants it.

use std::env::VarError;
use std::str::FromStr;

use paging::Mechanism;

use super::{direct, races};
use crate::cluster::{ClusterError, Distribution};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::Primitives;

/// The variable.
const VARIABLE: &str = "PANGEA_VIEW";

/// What `PANGEA_VIEW` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ViewSetting {
    /// Nodes of one machine map the homes' memory where that can be; else there are copies.
    #[default]
    Auto,
    /// There are copies, whose faults are told so; by what is best here, if `None`.
    Paged(Option<Named>),
}

/// A mechanism that has a name in the setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Userfaultfd,
    Mprotect,
}

impl ViewSetting {
    /// The setting of this process.
    ///
    /// # Errors
    /// When it is none of those that there are.
    pub(crate) fn from_env() -> Result<ViewSetting, Error> {
        let problem = |problem| ClusterError::Environment { variable: VARIABLE, problem };
        match std::env::var(VARIABLE) {
            Err(VarError::NotPresent) => Ok(ViewSetting::Auto),
            Err(VarError::NotUnicode(_)) => Err(problem("is not UTF-8 text".to_owned()).into()),
            Ok(text) => Ok(text.trim().parse().map_err(problem)?),
        }
    }

    /// The mechanism that it names.
    pub(crate) fn mechanism(self) -> Option<Mechanism> {
        match self {
            ViewSetting::Auto | ViewSetting::Paged(None) => None,
            ViewSetting::Paged(Some(Named::Userfaultfd)) => Some(Mechanism::Userfaultfd),
            ViewSetting::Paged(Some(Named::Mprotect)) => Some(Mechanism::Mprotect),
        }
    }

    /// Whether a new segment of so many pages is to be one of which nodes keep copies.
    pub(crate) fn is_paged<P: Primitives>(
        self,
        endpoint: &Endpoint<P>,
        distribution: Distribution,
        pages: u64,
    ) -> Result<bool, Error> {
        match self {
            ViewSetting::Paged(_) => Ok(true),
            ViewSetting::Auto if races::is_asked_for()? => Ok(true),
            ViewSetting::Auto => Ok(!direct::is_possible(endpoint, distribution, pages)?),
        }
    }

    /// Why a segment that there is cannot be used under this setting, if it cannot.
    pub(crate) fn problem_of(self, is_paged: bool) -> Option<&'static str> {
        (self != ViewSetting::Auto && !is_paged).then_some(
            "it was created by a node that maps the homes' memory, but PANGEA_VIEW asks this one for \
             copies: set the variable to the same for all nodes",
        )
    }
}

impl FromStr for ViewSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<ViewSetting, String> {
        match text {
            "auto" | "" => Ok(ViewSetting::Auto),
            "paged" => Ok(ViewSetting::Paged(None)),
            "paged-userfaultfd" => Ok(ViewSetting::Paged(Some(Named::Userfaultfd))),
            "paged-mprotect" => Ok(ViewSetting::Paged(Some(Named::Mprotect))),
            _ => Err(format!(
                "is {text:?}, but it can be auto, paged, paged-userfaultfd or paged-mprotect"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_bad_ones_named() {
        for (text, setting) in [
            ("auto", ViewSetting::Auto),
            ("", ViewSetting::Auto),
            ("paged", ViewSetting::Paged(None)),
            ("paged-mprotect", ViewSetting::Paged(Some(Named::Mprotect))),
            ("paged-userfaultfd", ViewSetting::Paged(Some(Named::Userfaultfd))),
        ] {
            assert_eq!(text.parse(), Ok(setting));
        }
        let wrong = "Paged".parse::<ViewSetting>().expect_err("is none");
        assert!(wrong.contains("\"Paged\"") && wrong.contains("paged-mprotect"), "{wrong}");
    }

    #[test]
    fn copies_are_asked_for_in_vain_where_memory_is_mapped() {
        assert_eq!(ViewSetting::Auto.problem_of(false), None);
        assert_eq!(ViewSetting::Auto.problem_of(true), None);
        assert_eq!(ViewSetting::Paged(None).problem_of(true), None);
        assert!(ViewSetting::Paged(None).problem_of(false).is_some());
    }
}
