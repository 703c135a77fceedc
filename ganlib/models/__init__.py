"""Networks: one module per report, layer by layer what the report's summary says."""
