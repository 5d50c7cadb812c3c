"""A clerk files with a family in a visit it consented to. Views of pages are counted in `public.page_views`."""
