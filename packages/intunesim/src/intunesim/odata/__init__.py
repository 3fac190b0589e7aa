"""The part of OData that clients of Intune use: $filter, $select, $expand, $top, $skip, $orderby, $count."""
