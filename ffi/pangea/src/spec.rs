//! [`pangea_spec`]: what an object is to be.

use std::ffi::{c_char, c_int};

use pangea::cluster::Rank;
use pangea::raw::RawType;
use pangea::{Distribution, Model};

use crate::failure::Failure;
use crate::memory::text;
use crate::status::pangea_status;

/// Types of elements.
#[repr(C)]
pub enum pangea_type {
    /// `element_bytes` bytes, aligned to `element_align`: structures of the program.
    Bytes = 0,
    /// `uint8_t`
    U8 = 1,
    /// `uint16_t`
    U16 = 2,
    /// `uint32_t`
    U32 = 3,
    /// `uint64_t`
    U64 = 4,
    /// `int8_t`
    I8 = 5,
    /// `int16_t`
    I16 = 6,
    /// `int32_t`
    I32 = 7,
    /// `int64_t`
    I64 = 8,
    /// `float`
    F32 = 9,
    /// `double`
    F64 = 10,
    /// `bool`, for atomics alone.
    Bool = 11,
}

/// How elements are spread over the nodes.
#[repr(C)]
pub enum pangea_distribution {
    /// What is usual for the object.
    Default = 0,
    /// Each node has one contiguous piece.
    Block = 1,
    /// Element `i` is on node `i % size`.
    Cyclic = 2,
    /// Blocks of `cyclic_block` elements go round the nodes.
    BlockCyclic = 3,
    /// All elements are on node `on_node`.
    OnNode = 4,
    /// Pages are where they are touched first; for release arrays alone.
    FirstTouch = 5,
}

/// Consistency models.
#[repr(C)]
pub enum pangea_model {
    /// What is usual for the object.
    Default = 0,
    /// Every operation goes to the home; `pangea_array`.
    Relaxed = 1,
    /// Linearizable; `pangea_shared`, `pangea_shared_array`.
    Strict = 2,
    /// Sequentially consistent, read from the node's cache; the same, and usual for them.
    Sequential = 3,
    /// Plain memory, by views; `pangea_release_array`.
    Release = 4,
}

/// What an object is to be. All zero stands for what is usual, so begin with `{0}`, and set what matters. What an object has no use for
/// is to be zero.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct pangea_spec {
    /// A `pangea_type`.
    pub element_type: c_int,
    /// Bytes of an element, for `PANGEA_TYPE_BYTES`; for others 0, or what the type has.
    pub element_bytes: usize,
    /// What the address of an element is a multiple of, for `PANGEA_TYPE_BYTES`; 0 for 1.
    pub element_align: usize,
    /// The name by which the type is compared between programs, for `PANGEA_TYPE_BYTES`; NULL for "[u8; n]". Numbers are named as Rust
    /// programs have them.
    pub type_name: *const c_char,
    /// How many elements.
    pub len: usize,
    /// A `pangea_distribution`. Objects that are on one node take `PANGEA_DISTRIBUTION_ON_NODE`, or let the name choose.
    pub distribution: c_int,
    /// For `PANGEA_DISTRIBUTION_BLOCK_CYCLIC`.
    pub cyclic_block: usize,
    /// For `PANGEA_DISTRIBUTION_ON_NODE`.
    pub on_node: usize,
    /// A `pangea_model`.
    pub model: c_int,
    /// Bytes of a block, for `pangea_shared_array`: a power of two.
    pub block_bytes: usize,
    /// Bytes of a page, for `pangea_release_array`: a power of two from 4 KiB to 2 MiB.
    pub page_size: usize,
}

/// What an object that makes no use of most fields has a use for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Uses {
    pub(crate) element: bool,
    pub(crate) len: bool,
    pub(crate) spread: bool,
    pub(crate) blocks: bool,
    pub(crate) pages: bool,
}

impl Uses {
    /// An object on one node, with data.
    pub(crate) const DATA: Uses =
        Uses { element: true, len: false, spread: false, blocks: false, pages: false };
    /// An object on one node, without data of the program.
    pub(crate) const PLACE: Uses = Uses { element: false, ..Uses::DATA };
}

/// A specification that was read and makes sense as such.
pub(crate) struct Spec {
    pub(crate) element: Option<Element>,
    pub(crate) len: usize,
    pub(crate) distribution: Option<Distribution>,
    pub(crate) model: Option<Model>,
    pub(crate) block_bytes: Option<usize>,
    pub(crate) page_size: Option<usize>,
}

/// The type of elements.
#[derive(Clone)]
pub(crate) struct Element {
    pub(crate) raw: RawType,
    pub(crate) number: Option<Number>,
}

/// Numbers that the library knows how to calculate with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    Bool,
}

impl Number {
    pub(crate) fn of(code: c_int) -> Result<Option<Number>, Failure> {
        const ALL: [Number; 11] = [
            Number::U8,
            Number::U16,
            Number::U32,
            Number::U64,
            Number::I8,
            Number::I16,
            Number::I32,
            Number::I64,
            Number::F32,
            Number::F64,
            Number::Bool,
        ];
        let number = usize::try_from(code).ok().and_then(|code| match code {
            0 => Some(None),
            _ => ALL.get(code - 1).copied().map(Some),
        });
        number.ok_or_else(|| bad(format!("{code} is no pangea_type")))
    }

    pub(crate) fn bytes(self) -> usize {
        match self {
            Number::U8 | Number::I8 | Number::Bool => 1,
            Number::U16 | Number::I16 => 2,
            Number::U32 | Number::I32 | Number::F32 => 4,
            Number::U64 | Number::I64 | Number::F64 => 8,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Number::U8 => "u8",
            Number::U16 => "u16",
            Number::U32 => "u32",
            Number::U64 => "u64",
            Number::I8 => "i8",
            Number::I16 => "i16",
            Number::I32 => "i32",
            Number::I64 => "i64",
            Number::F32 => "f32",
            Number::F64 => "f64",
            Number::Bool => "bool",
        }
    }
}

fn bad(message: impl Into<String>) -> Failure {
    Failure::new(pangea_status::BadArgument, message)
}

/// Reads a specification; NULL is one that is all zero.
///
/// # Safety
/// It is NULL or one, and its text is NULL or one.
pub(crate) unsafe fn read(spec: *const pangea_spec, uses: Uses) -> Result<Spec, Failure> {
    if spec.is_null() {
        if uses.element {
            return Err(Failure::new(
                pangea_status::NullPointer,
                "NULL was given for spec, which says at least the type of the elements",
            ));
        }
        let (element, distribution, model) = (None, None, None);
        let (block_bytes, page_size) = (None, None);
        return Ok(Spec { element, len: 0, distribution, model, block_bytes, page_size });
    }
    // SAFETY: it is one, as the caller promises.
    let spec = unsafe { crate::memory::elements(spec, 1, "spec")? }[0];
    // SAFETY: as above.
    let element = unsafe { element(&spec, uses)? };
    for (is_used, field, value) in [
        (uses.len, "len", spec.len),
        (uses.blocks, "block_bytes", spec.block_bytes),
        (uses.pages, "page_size", spec.page_size),
    ] {
        if !is_used && value != 0 {
            return Err(bad(format!("this object has no {field}: it is to be 0, not {value}")));
        }
    }
    let distribution = distribution(&spec)?;
    if !uses.spread && !matches!(distribution, None | Some(Distribution::OnNode(_))) {
        return Err(bad("this object is on one node: PANGEA_DISTRIBUTION_ON_NODE, or nothing"));
    }
    Ok(Spec {
        element,
        len: spec.len,
        distribution,
        model: model(spec.model)?,
        block_bytes: (spec.block_bytes != 0).then_some(spec.block_bytes),
        page_size: (spec.page_size != 0).then_some(spec.page_size),
    })
}

/// # Safety
/// The text is NULL or one.
unsafe fn element(spec: &pangea_spec, uses: Uses) -> Result<Option<Element>, Failure> {
    let number = Number::of(spec.element_type)?;
    let pangea_spec { element_bytes, element_align, type_name, .. } = *spec;
    let is_said =
        number.is_some() || element_bytes != 0 || element_align != 0 || !type_name.is_null();
    if !uses.element {
        if is_said {
            return Err(bad("this object has no elements of a type that the program chooses"));
        }
        return Ok(None);
    }
    let Some(number) = number else {
        let name = if type_name.is_null() {
            format!("[u8; {element_bytes}]")
        } else {
            // SAFETY: the caller's promise.
            unsafe { text(type_name, "type_name")? }.to_owned()
        };
        if element_bytes == 0 {
            let message = "the type is missing: set element_type, or element_bytes for structures of your own";
            return Err(Failure::new(pangea_status::BadType, message));
        }
        let raw = RawType { name, bytes: element_bytes, align: element_align.max(1) };
        return Ok(Some(Element { raw, number: None }));
    };
    let (bytes, name) = (number.bytes(), number.name());
    let differs = |said: usize| said != 0 && said != bytes;
    if differs(element_bytes) || differs(element_align) {
        let message = format!("element_bytes and element_align of {name} are {bytes}, or 0");
        return Err(Failure::new(pangea_status::BadType, message));
    }
    if !type_name.is_null() {
        let message = format!("numbers have their names; type_name is not for {name}");
        return Err(Failure::new(pangea_status::BadType, message));
    }
    let raw = RawType { name: name.to_owned(), bytes, align: bytes };
    Ok(Some(Element { raw, number: Some(number) }))
}

fn distribution(spec: &pangea_spec) -> Result<Option<Distribution>, Failure> {
    let pangea_spec { distribution, cyclic_block, on_node, .. } = *spec;
    if cyclic_block != 0 && distribution != 3 {
        return Err(bad("cyclic_block is for PANGEA_DISTRIBUTION_BLOCK_CYCLIC alone"));
    }
    if on_node != 0 && distribution != 4 {
        return Err(bad("on_node is for PANGEA_DISTRIBUTION_ON_NODE alone"));
    }
    Ok(match distribution {
        0 => None,
        1 => Some(Distribution::Block),
        2 => Some(Distribution::Cyclic),
        3 => Some(Distribution::BlockCyclic { block: cyclic_block as u64 }),
        // A rank that does not fit names no node, which the catalog says.
        4 => Some(Distribution::OnNode(Rank(u32::try_from(on_node).unwrap_or(u32::MAX)))),
        5 => Some(Distribution::FirstTouch),
        other => return Err(bad(format!("{other} is no pangea_distribution"))),
    })
}

fn model(model: c_int) -> Result<Option<Model>, Failure> {
    Ok(match model {
        0 => None,
        1 => Some(Model::Relaxed),
        2 => Some(Model::Strict),
        3 => Some(Model::Sequential),
        4 => Some(Model::Release),
        other => return Err(bad(format!("{other} is no pangea_model"))),
    })
}

impl Spec {
    /// The type of the elements, of what has some.
    pub(crate) fn element(&self) -> Result<&Element, Failure> {
        self.element.as_ref().ok_or_else(|| bad("the type of the elements is missing"))
    }

    /// The type of elements that are plain data.
    pub(crate) fn data(&self) -> Result<&RawType, Failure> {
        let element = self.element()?;
        if element.number == Some(Number::Bool) {
            let message = "not all bytes are a bool: take PANGEA_TYPE_U8, or an atomic";
            return Err(Failure::new(pangea_status::BadType, message));
        }
        Ok(&element.raw)
    }

    /// Refuses other models than those that an object can have.
    pub(crate) fn check_model(&self, what: &str, models: &[Model]) -> Result<(), Failure> {
        match self.model {
            Some(model) if !models.contains(&model) => {
                Err(bad(format!("{what} cannot be under the model {model:?}")))
            }
            _ => Ok(()),
        }
    }

    /// The node that an object is to be on, if the program says.
    pub(crate) fn home(&self) -> Option<usize> {
        match self.distribution {
            Some(Distribution::OnNode(Rank(rank))) => Some(rank as usize),
            _ => None,
        }
    }
}

/// Elements or blocks from `start` to before `end`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct pangea_range {
    /// The first.
    pub start: usize,
    /// The one after the last.
    pub end: usize,
}

impl From<std::ops::Range<usize>> for pangea_range {
    fn from(range: std::ops::Range<usize>) -> pangea_range {
        pangea_range { start: range.start, end: range.end }
    }
}
