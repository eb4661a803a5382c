//! [`Prototype`]: the declaration of a C function, in the few forms that the list has.

use std::fmt;

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its type, as `const int *`.
    pub c_type: String,
    /// Its name.
    pub name: String,
}

/// The declaration of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prototype {
    /// What it returns.
    pub returns: String,
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Whether further arguments may follow.
    pub is_variadic: bool,
    /// Whether it never returns.
    pub is_noreturn: bool,
}

impl Parameter {
    fn parse(text: &str) -> Result<Parameter, String> {
        let (c_type, name) = split_name(text)?;
        Ok(Parameter { c_type, name })
    }
}

impl Prototype {
    /// Takes apart what stands in the list, `{N}` and `{T}` included.
    pub(crate) fn parse(text: &str) -> Result<Prototype, String> {
        let inside = text.strip_suffix(')').and_then(|text| text.split_once('('));
        let Some((head, inside)) = inside else {
            return Err(format!("{text:?} is no declaration of a function"));
        };
        let (is_noreturn, head) = match head.strip_prefix("_Noreturn ") {
            Some(head) => (true, head),
            None => (false, head),
        };
        let (returns, name) = split_name(head)?;
        let mut parameters = Vec::new();
        let mut is_variadic = false;
        for parameter in inside.split(',').map(str::trim).filter(|text| *text != "void") {
            if is_variadic {
                return Err("parameters come before `...`".to_owned());
            }
            match parameter {
                "..." => is_variadic = true,
                parameter => parameters.push(Parameter::parse(parameter)?),
            }
        }
        Ok(Prototype { returns, name, parameters, is_variadic, is_noreturn })
    }

    /// With a change to the text of each type and name.
    pub(crate) fn map(&self, change: impl Fn(&str) -> String) -> Prototype {
        let parameter = |parameter: &Parameter| Parameter {
            c_type: change(&parameter.c_type),
            name: parameter.name.clone(),
        };
        Prototype {
            returns: change(&self.returns),
            name: change(&self.name),
            parameters: self.parameters.iter().map(parameter).collect(),
            ..*self
        }
    }

    /// Whether `word` stands in a type or in the name.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        let types = self.parameters.iter().map(|parameter| &parameter.c_type);
        types.chain([&self.returns, &self.name]).any(|text| text.contains(word))
    }
}

/// As C writes it, without what says that it never returns.
impl fmt::Display for Prototype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", join(&self.returns, &self.name))?;
        for (number, Parameter { c_type, name }) in self.parameters.iter().enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}{}", join(c_type, name))?;
        }
        f.write_str(match (self.parameters.is_empty(), self.is_variadic) {
            (true, _) => "void)",
            (false, true) => ", ...)",
            (false, false) => ")",
        })
    }
}

/// A type and a name, side by side.
fn join(c_type: &str, name: &str) -> String {
    let space = if c_type.ends_with('*') { "" } else { " " };
    format!("{c_type}{space}{name}")
}

/// The type in front of a name, and the name.
fn split_name(text: &str) -> Result<(String, String), String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '}');
    let start = text.trim_end_matches(is_part).len();
    let (c_type, name) = (text[..start].trim(), &text[start..]);
    if c_type.is_empty() || name.is_empty() {
        return Err(format!("{text:?} is no type with a name behind it"));
    }
    Ok((c_type.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_can_be_put_together() {
        for text in [
            "void shmem_init(void)",
            "void *shmem_ptr(const void *dest, int pe)",
            "void shmem_pcontrol(int level, ...)",
            "{T} shmem_{N}_g(const {T} *source, int pe)",
            "unsigned long long shmem_x(long double *dest)",
        ] {
            assert_eq!(Prototype::parse(text).expect("is one").to_string(), text);
        }
    }

    #[test]
    fn what_never_returns_is_noted() {
        let exit = Prototype::parse("_Noreturn void f(int status)").expect("is one");
        assert!(exit.is_noreturn);
        assert_eq!(exit.to_string(), "void f(int status)");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "int x", "f(void)", "int f(int)", "int f(..., int x)", "int (int x)"] {
            Prototype::parse(text).expect_err(text);
        }
    }
}
