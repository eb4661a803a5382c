//! The crate `paging`, with a home that is a page in this process.

use std::ptr::NonNull;

use paging::{Arrival, Arrived, Layout, Mechanism, Paged, Refused, Source};

use pangea_benches::bare::PAGE;

use crate::{Contender, PAGES};

pub(crate) struct Served {
    paged: Paged,
}

struct Home {
    bytes: NonNull<u8>,
    /// Room for all twins, or none.
    twins: Option<NonNull<u8>>,
}

// SAFETY: addresses of memory that is only read, and of rooms that are each used by one thread at a time.
unsafe impl Send for Home {}
// SAFETY: as above.
unsafe impl Sync for Home {}

// SAFETY: no calls but those of the crate; a twin for each page, for ever.
unsafe impl Source for Home {
    fn fetch<'a>(&self, _page: usize, arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused> {
        // SAFETY: a page that lives as long as the benchmark.
        unsafe { arrival.open(self.bytes) }
    }

    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused> {
        // SAFETY: there is room for as many twins as there are pages.
        Ok(self.twins.map(|twins| unsafe { twins.add(page * PAGE) }))
    }
}

impl Served {
    /// `bytes` must live as long as this.
    pub(crate) fn new(mechanism: Mechanism, bytes: &[u64], twins: bool) -> Served {
        let room = || NonNull::from(Box::leak(vec![1_u64; PAGES * PAGE / 8].into_boxed_slice()));
        let home = Home { bytes: NonNull::from(bytes).cast(), twins: twins.then(|| room().cast()) };
        let layout =
            Layout { name: "a benchmark", len: PAGES * PAGE, page: PAGE, at: None, own: &[] };
        Served { paged: Paged::new(mechanism, layout, home).expect("the range is made") }
    }
}

impl Contender for Served {
    fn prepare(&self) {
        self.paged.protect(0..PAGES, |_, _| ()).expect("pages are protected");
        self.paged.remove(0..PAGES).expect("pages are removed");
    }

    fn finish(&self) {}

    fn start(&self) -> *mut u8 {
        self.paged.start().as_ptr()
    }
}
