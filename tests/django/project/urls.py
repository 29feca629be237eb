from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from qathread import posting
from qathread.contrib.django.stores import AsyncDjangoStore
from qathread.contrib.django.users import user_for
from qathread.errors import NotFoundError
from qathread.stores import update_async
from qathread.testing._samples import START


async def comment(request: HttpRequest, thread_id: str) -> HttpResponse:
    """Add a comment, on the event loop."""
    store = AsyncDjangoStore()
    text = request.POST["text"]
    by = user_for(request.user, reputation=None)
    try:
        thread = await update_async(
            store,
            thread_id,
            lambda thread: posting.comment(
                thread, thread.root.id, text, by=by, at=START
            ),
        )
    except NotFoundError as error:
        return JsonResponse(error.to_dict(), status=404)
    return JsonResponse({"version": thread.version})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("q/<str:thread_id>/comment", comment),
]
