"""Names of Django's ORM, sorted by what they hand back or write."""

from __future__ import annotations

MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "default_manager", "base_manager"})
INSTANCE_WRITES = frozenset(
    {"save", "asave", "save_base", "__setattr__", "__delattr__", "__init__", "__setstate__", "refresh_from_db"}
)
ROWS_WRITES = frozenset(
    (
        "update aupdate create acreate get_or_create aget_or_create update_or_create aupdate_or_create "
        "bulk_update abulk_update bulk_create abulk_create _update _raw_update _insert _batched_insert"
    ).split()
)
GIVES_INSTANCE = frozenset(
    ("get aget first afirst last alast earliest aearliest latest alatest create acreate get_object pop build").split()
)
GIVES_PAIR = frozenset(["get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"])
GIVES_ITEMS = frozenset(["iterator", "aiterator", "raw", "bulk_create", "abulk_create"])
GIVES_OTHER = frozenset(
    (
        "count acount exists aexists aggregate aaggregate delete adelete update aupdate values values_list "
        "dates datetimes explain aexplain contains acontains add remove clear set aadd aremove aclear aset "
        "bulk_update abulk_update _raw_delete query db ordered resolve_expression as_manager"
    ).split()
)
CARRIED_INSTANCES = frozenset({"instance", "object", "obj"})
CARRIED_ROWS = frozenset({"queryset", "object_list", "qs", "opts_queryset"})
CARRIED_CLASSES = frozenset({"model"})
CARRIER_GIVES_INSTANCE = frozenset(
    (
        "save asave get_object aget_object create build make get_instance create_sync create_object "
        "construct_change acreate _create stub prepare object_from_data"
    ).split()
)
CARRIER_GIVES_ROWS = frozenset(
    ["get_queryset", "filter_queryset", "paginate_queryset", "aget_queryset", "get_search_results"]
)
CARRIER_GIVES_ITEMS = frozenset(["create_batch", "build_batch", "bulk_create", "save_new_objects"])
FACTORY_CALLS = frozenset(
    "create build create_batch build_batch stub simple_generate generate acreate acreate_batch".split()
)
RELATIONS = frozenset(
    {"ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "TreeForeignKey", "GenericRelation"}
)
HANDS_ON = frozenset(
    # Callables of other libraries that hand back what they were given.
    [
        "copy.copy",
        "copy.deepcopy",
        "builtins.iter",
        "builtins.reversed",
        "asgiref.sync.sync_to_async",
        "asgiref.sync.async_to_sync",
        "channels.db.database_sync_to_async",
        "functools.wraps",
        "functools.cache",
        "functools.lru_cache",
        "typing.no_type_check",
        "django.utils.decorators.method_decorator",
        "contextlib.closing",
        "contextlib.nullcontext",
        "contextlib.aclosing",
        "asyncio.shield",
        "asyncio.wait_for",
        "asyncio.create_task",
        "asyncio.ensure_future",
        "typing.final",
    ]
)
SEQUENCES = frozenset(
    (
        "builtins.list builtins.tuple builtins.set builtins.frozenset builtins.sorted builtins.reversed "
        "builtins.iter collections.deque itertools.chain itertools.islice itertools.cycle itertools.takewhile "
        "itertools.dropwhile itertools.chain.from_iterable random.sample random.choices heapq.nlargest "
        "heapq.nsmallest django.core.paginator.Paginator builtins.aiter tqdm.tqdm more_itertools.chunked "
        "itertools.filterfalse heapq.merge"
    ).split()
)
ONE_OF = frozenset(
    (
        "builtins.next builtins.min builtins.max random.choice builtins.anext operator.itemgetter "
        "more_itertools.first more_itertools.one more_itertools.last"
    ).split()
)
GETS_OBJECT = frozenset(["get_object_or_404", "aget_object_or_404", "get_object_or_none"])
GETS_LIST = frozenset(["get_list_or_404", "aget_list_or_404"])
MAKES_ROW = frozenset(
    (
        "baker.make baker.prepare baker.amake mommy.make mommy.prepare mixer.blend mixer.cycle "
        "django_dynamic_fixture.G django_dynamic_fixture.N autofixture.create_one baker.make_recipe"
    ).split()
)
